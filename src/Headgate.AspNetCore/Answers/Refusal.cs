namespace Headgate.AspNetCore.Answers;

/// <summary>What a refusal says.</summary>
/// <param name="Decision">The denial.</param>
/// <param name="Item">The limit that denied; null if none of the request's did.</param>
/// <param name="WaitSeconds">How long to wait, at least 1; -1 if no wait helps.</param>
/// <param name="Grpc">Whether it is told as gRPC does.</param>
internal readonly record struct Refusal(Decision Decision, LimitItem? Item, long WaitSeconds, GrpcKind Grpc)
{
    /// <summary>The store could not answer: nobody denied.</summary>
    public bool StoreDown => Decision.Source == DecisionSource.FailClosed;

    public ProblemText Problem => StoreDown ? ProblemText.StoreDown : Item?.Problem ?? ProblemText.Unnamed;
}
