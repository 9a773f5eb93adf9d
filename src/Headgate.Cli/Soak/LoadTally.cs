using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Soak;

/// <summary>What one connection saw. Written by it alone; read when it has ended, but for <see cref="Answers"/>.</summary>
internal sealed class LoadTally
{
    private const int KeptErrors = 5;

    private long _answers;

    public LatencyHistogram Latency { get; } = new();

    /// <summary>Answers of status 200.</summary>
    public long Answers => Volatile.Read(ref _answers);

    /// <summary>Answers 503 that a service gives when it has no room or its store is away.</summary>
    public long Refused { get; private set; }

    public long Errors { get; private set; }

    /// <summary>The first few, for the report.</summary>
    public List<string> FirstErrors { get; } = [];

    public void Answered(int status, TimeSpan took)
    {
        if (status is not (200 or 503))
        {
            Failed($"an answer of status {status}");
            return;
        }

        if (status == 503) Refused++;
        Volatile.Write(ref _answers, _answers + 1);
        Latency.Add((long)took.TotalNanoseconds);
    }

    public void Failed(string error)
    {
        Errors++;
        if (FirstErrors.Count < KeptErrors) FirstErrors.Add(error);
    }
}
