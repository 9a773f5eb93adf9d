namespace Headgate.AspNetCore.Tests.Observability;

/// <summary>Decisions of every kind.</summary>
internal static class Given
{
    public static Decision Allowed { get; } = new() { IsAllowed = true, Limit = 10, Remaining = 7 };

    public static Decision Denied { get; } = new() { Limit = 10, RetryAfter = TimeSpan.FromSeconds(1.5) };

    public static Decision Impossible { get; } = new() { Limit = 10, Remaining = 10, RetryAfter = Timeout.InfiniteTimeSpan };

    public static Decision ShadowDenied { get; } = Allowed with { ShadowDeniedBy = "trial" };

    public static Decision FailOpen { get; } = new() { IsAllowed = true, Source = DecisionSource.FailOpen };

    public static Decision FailClosed { get; } = new() { Source = DecisionSource.FailClosed, RetryAfter = TimeSpan.FromSeconds(1) };

    public static Decision FailLocal { get; } = Allowed with { Source = DecisionSource.FailLocal };

    public static Decision DenyCache { get; } = Denied with { Source = DecisionSource.DenyCache };

    public static Decision Of(string kind) => kind switch
    {
        nameof(Allowed) => Allowed,
        nameof(Denied) => Denied,
        nameof(Impossible) => Impossible,
        nameof(ShadowDenied) => ShadowDenied,
        nameof(FailOpen) => FailOpen,
        nameof(FailClosed) => FailClosed,
        nameof(FailLocal) => FailLocal,
        nameof(DenyCache) => DenyCache,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such decision."),
    };
}
