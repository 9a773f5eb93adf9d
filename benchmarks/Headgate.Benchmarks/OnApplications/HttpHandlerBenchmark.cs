using System.Globalization;
using System.Net;
using Headgate.Benchmarks.Reporting;
using Headgate.Benchmarks.Rows;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;
using Headgate.Http;

namespace Headgate.Benchmarks.OnApplications;

/// <summary>
/// What a request that is admitted at once costs more than through a handler that only passes it on. The answer is there at once and is the same every time, so that
/// nothing but the handlers is timed.
/// </summary>
internal sealed class HttpHandlerBenchmark : IRow
{
    private const string PassesOn = "a handler that passes on";
    private const string Limited = "HeadgateHandler";
    private const string Told = "HeadgateHandler, answers with RateLimit";
    private const double MostNanoseconds = 200;

    private static readonly string[] TableHeader = ["", "mean", "bytes", "more than passing on", "middle half"];

    /// <summary>What an API commonly sends.</summary>
    private static readonly (string Name, string Value)[] Fields =
    [
        ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"), ("Server", "Kestrel"), ("Cache-Control", "no-cache"), ("ETag", "\"5a7b\""), ("Vary", "Accept-Encoding"),
        ("Strict-Transport-Security", "max-age=31536000"), ("X-Request-Id", "0HN7V5"), ("X-Content-Type-Options", "nosniff"),
    ];

    private static readonly (string Name, string Value)[] Quota = [("RateLimit", "\"burst\";r=50;t=30"), ("RateLimit-Policy", "\"burst\";q=100;w=60")];

    public string Id => "http";

    public string Title => "an HttpClient request that is admitted at once, one thread";

    public RowResult Measure(Mode mode, int launches)
    {
        Scenario scenario = new(Title, Workload.Hot(1),
        [
            Candidate(PassesOn, [], static _ => new PassingHandler()),
            Candidate(Limited, [], static store => Handler(store)),
            Candidate(Told, Quota, static store => Handler(store)),
        ]);
        IReadOnlyList<Samples>? all = null;
        for (int i = 0; i < launches; i++)
        {
            IReadOnlyList<Samples> launch = Runner.Run(scenario, mode.Effort());
            all = all == null ? launch : [.. all.Zip(launch, (before, more) => before.Plus(more))];
        }

        Samples baseline = all![0];
        Check[] checks = [.. all.Skip(1).SelectMany(subject => Checks(subject, baseline))];
        return new RowResult(Id, Title, TableHeader, [.. all.Select(subject => Line(subject, baseline))], checks,
            ["HttpMessageInvoker, one handler, an inner handler with a finished task; one token bucket in memory by host; an answer with eight header fields."],
            all.Select(subject => subject.Summarise()).ToArray());
    }

    private static IEnumerable<Check> Checks(Samples subject, Samples baseline)
    {
        double[] more = More(subject, baseline);
        yield return new Check($"{subject.Subject}: more than passing on", Bound.AtMost, MostNanoseconds, Quantile.Median(more), "ns", Spread(more));
        yield return new Check($"{subject.Subject}: bytes a request", Bound.AtMost, 0,
            Math.Max(0, ((double)subject.AllocatedBytes / subject.Calls) - ((double)baseline.AllocatedBytes / baseline.Calls)), "B");
    }

    /// <summary>Lap by lap, so that what slows the machine down slows both.</summary>
    private static double[] More(Samples subject, Samples baseline) =>
        [.. subject.LapNanoseconds.Zip(baseline.LapNanoseconds, (mine, other) => mine - other)];

    private static string Spread(double[] more) =>
        string.Create(CultureInfo.InvariantCulture, $"{Quantile.Of(more, 0.25):0} to {Quantile.Of(more, 0.75):0}");

    private static string[] Line(Samples subject, Samples baseline)
    {
        Measurement measured = subject.Summarise();
        double[] more = More(subject, baseline);
        return
        [
            subject.Subject,
            BenchTable.Nanoseconds(measured.MeanNanoseconds),
            BenchTable.Bytes(measured.BytesPerCall),
            BenchTable.Nanoseconds(Quantile.Median(more)),
            Spread(more),
        ];
    }

    private static Candidate Candidate(string name, (string Name, string Value)[] more, Func<MemoryStore, DelegatingHandler> create) => new(name, () =>
    {
        MemoryStore store = new();
        DelegatingHandler handler = create(store);
        handler.InnerHandler = new AnswersAtOnce([.. Fields, .. more]);
        return new Subject<SendRequest>(new SendRequest(new HttpMessageInvoker(handler), new HttpRequestMessage(HttpMethod.Get, "https://api.example.com/v1/items")), store);
    });

    private static HeadgateHandler Handler(MemoryStore store) => new(new Limiter(Limit.TokenBucket(1_000_000_000, Rate.PerSecond(100_000_000)), store));

    /// <summary>One request, over and over; its key is the host's, not the workload's.</summary>
    private readonly struct SendRequest(HttpMessageInvoker invoker, HttpRequestMessage request) : IOperation
    {
        private readonly HttpMessageInvoker _invoker = invoker;
        private readonly HttpRequestMessage _request = request;

        public bool Decide(string key)
        {
            Task<HttpResponseMessage> sent = _invoker.SendAsync(_request, CancellationToken.None);
            return Answered(new ValueTask<HttpResponseMessage>(sent)).StatusCode == HttpStatusCode.OK;
        }

        private static HttpResponseMessage Answered(ValueTask<HttpResponseMessage> sent) =>
            sent.IsCompletedSuccessfully ? sent.Result : throw new InvalidOperationException("An answer that is there was not handed on at once.");
    }

    private sealed class PassingHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            base.SendAsync(request, cancellationToken);
    }

    private sealed class AnswersAtOnce : HttpMessageHandler
    {
        private readonly Task<HttpResponseMessage> _answer;

        public AnswersAtOnce((string Name, string Value)[] fields)
        {
            HttpResponseMessage response = new(HttpStatusCode.OK);
            foreach ((string name, string value) in fields) response.Headers.TryAddWithoutValidation(name, value);
            _answer = Task.FromResult(response);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _answer;
    }
}
