using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Fleet;

/// <summary>Several instances of the service on one Redis, by the real clock, under a prefix that no other test has.</summary>
internal sealed class Instances : IAsyncDisposable
{
    private readonly string _file;
    private readonly List<Service> _all = [];

    private Instances(string file) => _file = file;

    public IReadOnlyList<Service> All => _all;

    public Service this[int index] => _all[index];

    /// <param name="redis">As StackExchange.Redis reads it; null for instances that share nothing.</param>
    /// <param name="timeout">The longest that a call waits for Redis.</param>
    /// <param name="count">Instances.</param>
    public static async Task<Instances> StartAsync(string? redis, TimeSpan timeout, int count = 3)
    {
        string file = Path.Combine(Path.GetTempPath(), $"headgate-fleet-{Guid.NewGuid():n}.yaml");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"store: {{ prefix: \"{Guid.NewGuid():n}\", timeout: {timeout.TotalMilliseconds}ms }}\n"));
        Instances instances = new(file);
        try
        {
            for (int i = 0; i < count; i++)
            {
                instances._all.Add(await Service.StartAsync(new ServeOptions { Redis = redis, ConfigFile = redis is null ? null : file },
                    builder => builder.Services.AddSingleton(TimeProvider.System)));
            }
        }
        catch
        {
            await instances.DisposeAsync();
            throw;
        }

        return instances;
    }

    /// <summary>Configures all instances, whether they hear of each other's changes or not.</summary>
    public async Task PutAsync(string path, string json)
    {
        foreach (Service one in _all)
        {
            (HttpStatusCode status, JsonElement answer) = await one.PutAsync(path, json);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, $"PUT {path}: {status} {answer}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Service one in _all) await one.DisposeAsync();
        File.Delete(_file);
    }
}
