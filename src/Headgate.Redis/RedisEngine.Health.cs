using System.Text;
using Headgate.Redis.Limits;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>What an operator asks.</summary>
internal sealed partial class RedisEngine
{
    public async ValueTask<RedisHealth> CheckHealthAsync(CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(RedisStore));
        bool isOpen = _watches.Any(watch => watch.Breaker.IsOpen);
        long start = _clock.GetTimestamp();
        string? error = null;
        bool reachable = false;
        // A connection that is lost says no more than that; a fresh one says why, or is the remedy.
        if (!_connection.IsConnected) await ReplaceAsync(_watches[0].ProbeKey).ConfigureAwait(false);
        try
        {
            reachable = await AskAsync(_watches[0].ProbeKey).WaitAsync(_options.Timeout, _clock, ct).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            error = Resilience.Failures.Explain(e);
        }

        TimeSpan roundTrip = reachable ? _clock.GetElapsedTime(start) : TimeSpan.Zero;
        return new RedisHealth(reachable, roundTrip, isOpen ? BreakerState.Open : BreakerState.Closed, error ?? _lastError);
    }

    /// <summary>Asks Redis once, so that it knows the script. A Redis that does not answer is met when it is needed.</summary>
    public async Task WarmUpAsync(TimeSpan patience)
    {
        try
        {
            await AskAsync(_watches[0].ProbeKey).WaitAsync(patience, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return;
        }
    }

    public IReadOnlyList<string> KeysOf(Charge charge)
    {
        List<string> names = [];
        foreach (ChargeItem item in ChargeItem.Expand([charge], _plans))
        {
            names.Add(Text(_keys.KeyOf(item.Binding, item.Key)));
            if (item.Binding.Keys > 1) names.Add(Text(_keys.KeyOf(item.Binding, item.Key, second: true)));
        }

        return names;
    }

    private static string Text(RedisKey key) => Encoding.UTF8.GetString((byte[])key!);
}
