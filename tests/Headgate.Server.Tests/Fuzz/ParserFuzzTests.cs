using System.Text;
using System.Text.Json;
using Headgate.Server.Http;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Fuzz;

/// <summary>Bad texts to what reads the configuration: each is read, or refused as what it refuses with, and whatever is read can be written and read again.</summary>
public sealed class ParserFuzzTests
{
    private const int Texts = 20_000;

    private static readonly string[] Rules =
    [
        """{"max_requests":100,"window_duration_seconds":60,"algorithm":"token_bucket","burst":20}""",
        """{"max_requests":5,"window_duration_seconds":0.5}""",
        """{"algorithm":"custom","limit":"all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=1000, window=1d); name=a)"}""",
        """{"algorithm":"concurrency","max_requests":3}""",
    ];

    private static readonly string[] Limits =
    [
        "token_bucket(capacity=10, refill=1/s)", "all_of(sliding_log(permits=5, window=1m); concurrency(permits=3, lease=30s); name=\"a b\"; shadow=true)", "fixed_window(permits=1000, window=1d, name=x)",
        "leaky_bucket(capacity=100, leak=0.5/s)",
    ];

    [Fact]
    public void A_rule_is_read_or_refused()
    {
        RequestMutator mutator = new(new Random(1));
        int read = 0, refused = 0;
        for (int i = 0; i < Texts; i++)
        {
            byte[] text = mutator.MutateText(Encoding.UTF8.GetBytes(Rules[i % Rules.Length]));
            if (i % 3 == 0) text = mutator.MutateText(text);
            try
            {
                ActionRule rule = RequestBody.Parse(text, utf8 => NodeJson.ReadRule(Json(utf8)));
                Assert.True(rule.SaysTheSame(NodeJson.ReadRule(Json(Written(rule)))));
                read++;
            }
            catch (RequestRefusal refusal)
            {
                Assert.Equal(400, refusal.Status);
                refused++;
            }
        }

        Assert.True(read > 100 && refused > 100, $"{read} were read and {refused} refused: this looks at nothing.");
    }

    [Fact]
    public void Settings_are_read_or_refused()
    {
        RequestMutator mutator = new(new Random(2));
        byte[] seed = """{"max_global_concurrent_requests":200,"max_tenant_queue_size":100,"queue_timeout_seconds":5,"default_max_requests":7,"on_store_failure":"local"}"""u8.ToArray();
        for (int i = 0; i < Texts; i++)
        {
            byte[] text = mutator.MutateText(seed);
            try
            {
                GlobalSettings global = RequestBody.Parse(text, utf8 => NodeJson.ReadGlobal(Json(utf8), new GlobalSettings()));
                Assert.Equal(global, NodeJson.ReadGlobal(Json(Written(global)), new GlobalSettings()));
            }
            catch (RequestRefusal refusal)
            {
                Assert.Equal(400, refusal.Status);
            }
        }
    }

    [Fact]
    public void A_limits_text_is_read_or_refused()
    {
        RequestMutator mutator = new(new Random(3));
        int read = 0;
        for (int i = 0; i < Texts; i++)
        {
            string text = Encoding.UTF8.GetString(mutator.MutateText(Encoding.UTF8.GetBytes(Limits[i % Limits.Length])));
            try
            {
                Limit limit = Limit.Parse(text);
                Assert.Equal(limit, Limit.Parse(limit.ToString()));
                read++;
            }
            catch (FormatException refused)
            {
                Assert.False(Limit.TryParse(text, out _));
                Assert.True(refused.Message.Length < text.Length + 2_000, refused.Message);
            }
        }

        Assert.True(read > 100, $"{read} were read: this looks at nothing.");
    }

    private static byte[] Written(ConfigNode node)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream)) NodeJson.Write(json, node);
        return stream.ToArray();
    }

    /// <summary>As the routes read a body.</summary>
    private static JsonElement Json(ReadOnlySpan<byte> utf8)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8.ToArray(), new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("Half of a surrogate pair in a name.");
        }
    }
}
