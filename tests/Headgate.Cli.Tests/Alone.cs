namespace Headgate.Cli.Tests;

/// <summary>Tests that time things or wait for a quiet JIT: no other runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
