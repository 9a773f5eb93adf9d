namespace Headgate.Waiting;

/// <summary>How long a caller may wait, from when it came. The grace is for who was promised its turn in time and is woken a little late.</summary>
internal readonly record struct Deadline(TimeProvider Clock, long Start, TimeSpan MaxWait, TimeSpan Grace)
{
    public TimeSpan Left() => MaxWait - Clock.GetElapsedTime(Start);

    public TimeSpan LeftWithGrace() => Left() + Grace;
}
