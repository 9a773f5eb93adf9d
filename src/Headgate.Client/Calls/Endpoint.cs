namespace Headgate.Client.Calls;

/// <summary>
/// One address of the service, and its circuit breaker: after some failures in a row it is left alone, and asked for its health beside the calls until it
/// answers, so that an outage costs no call its time-out. Thread-safe.
/// </summary>
internal sealed class Endpoint(Uri address, ClientSettings settings)
{
    private readonly Lock _gate = new();
    private int _failures;
    private int _breaks;
    private long _openedAt;
    private bool _isProbed;
    private volatile bool _isAway;

    public Uri Address { get; } = address;

    /// <summary>Scheme, host, port and path, without a slash at the end.</summary>
    public string Root { get; } = address.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>True while it is left alone.</summary>
    public bool IsAway => _isAway;

    /// <summary>True for one caller, who must probe and report, when it was left alone for long enough.</summary>
    public bool TryTakeProbe()
    {
        lock (_gate)
        {
            if (!_isAway || _isProbed || settings.Clock.GetElapsedTime(_openedAt) < Duration()) return false;
            return _isProbed = true;
        }
    }

    /// <summary>It answered a call. True if it was away until now.</summary>
    public bool Succeeded()
    {
        if (Volatile.Read(ref _failures) == 0 && Volatile.Read(ref _breaks) == 0) return false;
        lock (_gate)
        {
            bool wasAway = _isAway;
            (_failures, _breaks, _isAway, _isProbed) = (0, 0, false, false);
            return wasAway;
        }
    }

    /// <summary>It failed a call. True if it is left alone from now on.</summary>
    public bool Failed()
    {
        lock (_gate)
        {
            // Calls that began before say nothing new of one that is left alone.
            if (_isAway || ++_failures < settings.BreakAfter) return false;
            Open();
            return true;
        }
    }

    /// <summary>What a probe found. Calls go there again if it answered; the next break is longer all the same unless one of them succeeds.</summary>
    public void Probed(bool answered)
    {
        lock (_gate)
        {
            _isProbed = false;
            if (!_isAway) return;
            if (answered) (_isAway, _failures) = (false, 0);
            else Open();
        }
    }

    private void Open()
    {
        _isAway = true;
        _openedAt = settings.Clock.GetTimestamp();
        if (_breaks < 30) _breaks++;
    }

    private TimeSpan Duration()
    {
        double ticks = settings.BreakDuration.Ticks * Math.Pow(2, _breaks - 1);
        return ticks < settings.MaxBreakDuration.Ticks ? TimeSpan.FromTicks((long)ticks) : settings.MaxBreakDuration;
    }
}
