using System.Collections.Immutable;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>One leaf, before and after: enough to do it and to undo it.</summary>
/// <param name="At">Which leaf.</param>
/// <param name="Before">Null if it was not there.</param>
/// <param name="After">Null if it is there no more.</param>
internal sealed record ConfigEdit(NodeAddress At, ConfigNode? Before, ConfigNode? After);

/// <summary>A step from one version of the configuration to the next: all its edits or none.</summary>
/// <param name="Version">The version that it makes.</param>
/// <param name="At">When, by the clock of the instance that took it.</param>
/// <param name="Who">Who asked (<see cref="Access.Caller.Name"/>).</param>
/// <param name="What">What for, in a line: <c>PUT tenant acme action login</c>.</param>
/// <param name="Edits">What it changes.</param>
internal sealed record ConfigChange(long Version, DateTimeOffset At, string Who, string What, ImmutableArray<ConfigEdit> Edits);
