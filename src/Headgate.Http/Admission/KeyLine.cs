namespace Headgate.Http.Admission;

/// <summary>What is known of one key while anything is: the other side's word, and who waits. All of it is guarded by the lock of <see cref="KeyLines"/>.</summary>
internal sealed class KeyLine(string key)
{
    public string Key => key;

    /// <summary>Until when the other side is to be left alone.</summary>
    public TimeSpan BlockedUntil { get; set; } = TimeSpan.MinValue;

    /// <summary>Those that wait for that, by turn.</summary>
    public LinkedList<HeldRequest> Held { get; } = new();

    /// <summary>Requests that stand in the limit's own line.</summary>
    public int AtLimit { get; set; }

    /// <summary>True while those that were held are moved on, one after another; who comes meanwhile must not overtake them.</summary>
    public bool IsMoving { get; set; }

    /// <summary>True once it has been taken out: nothing was known of the key any more.</summary>
    public bool IsGone { get; set; }

    public ITimer? Timer { get; set; }

    public bool HasWaiters => Held.Count > 0 || AtLimit > 0 || IsMoving;
}
