namespace Headgate.Extensions;

/// <summary>What a caller asks of one policy: <paramref name="Cost"/> permits for <paramref name="Key"/>.</summary>
/// <param name="Policy">The name of the policy.</param>
/// <param name="Key">Whose permits. Requests have keys like <c>user:alice</c>; code may use any string.</param>
/// <param name="Cost">Permits, 0 or more; 0 takes none.</param>
public readonly record struct PolicyCharge(string Policy, string Key, long Cost = 1);
