using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Headgate.Http.Admission;

/// <summary>
/// The gates of all clients of one registration, by name. A singleton: handlers come and go, and what a client used up, learned and has
/// waiting must not go with them.
/// </summary>
/// <param name="services">The application's.</param>
/// <param name="limiterOf">The limiter of a client.</param>
/// <param name="options">Checked already.</param>
/// <param name="settings">The same, as they were when the client was registered.</param>
internal sealed class OutgoingGates(IServiceProvider services, Func<IServiceProvider, string, Limiter> limiterOf, HeadgateHandlerOptions options, HandlerSettings settings)
{
    private readonly ConcurrentDictionary<string, Lazy<OutgoingGate>> _gates = new(StringComparer.Ordinal);

    public OutgoingGate Of(string client) => _gates.GetOrAdd(client, name => new Lazy<OutgoingGate>(() => Create(name))).Value;

    private OutgoingGate Create(string client)
    {
        TimeProvider clock = options.TimeProvider ?? (TimeProvider?)services.GetService(typeof(TimeProvider)) ?? TimeProvider.System;
        ILoggerFactory? loggers = (ILoggerFactory?)services.GetService(typeof(ILoggerFactory));
        return new OutgoingGate(client, limiterOf(services, client), settings, clock, loggers?.CreateLogger<HeadgateHandler>());
    }
}
