namespace Headgate.Client;

/// <summary>Settings of a <see cref="HeadgateClient"/>; read once, when the client is built.</summary>
public sealed class HeadgateClientOptions
{
    /// <summary>The name of the client in <c>IHttpClientFactory</c>.</summary>
    public const string HttpClientName = "Headgate.Client";

    /// <summary>
    /// Where the service answers, in order of preference: 1 to 16 absolute addresses, <c>http</c> or <c>https</c>. The first that is not known to be away is asked. Empty for
    /// the <see cref="HttpClient.BaseAddress"/> of the HTTP client. A path in an address is kept: it is put before the service's own.
    /// </summary>
    public IList<Uri> Endpoints { get; } = [];

    /// <summary>
    /// The key, sent as <c>Authorization: Bearer</c>; null for none. Never logged. 1 to 512 characters of printable ASCII without spaces.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// True to send the key over plain <c>http</c> to other machines too, where everybody on the way can read it. False by default: then a key and such
    /// an address are refused together. This machine's own addresses are always allowed.
    /// </summary>
    public bool AllowApiKeyOverHttp { get; set; }

    /// <summary>
    /// The longest that a check, a status, a release or a renewal takes, retries and waits between them included: 10 ms to 1 h, 1 s by default.
    /// After it the failure mode answers.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a call about the configuration or health takes: 10 ms to 1 h, 10 s by default.</summary>
    public TimeSpan ConfigurationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a call is repeated where that is safe: 0 to 10, 2 by default. A check that takes something is repeated only if the service surely did not
    /// decide it: nothing of it was sent. Trying the other endpoints does not count.
    /// </summary>
    public int MaxRetries { get; set; } = 2;

    /// <summary>
    /// The wait before the first repetition; it doubles each time, and each wait is a random part of it: 0 to 10 s, 50 ms by default.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// True to ask again when the service answers <see cref="CheckStatus.Rejected"/> or <see cref="CheckStatus.TimedOut"/> and <c>Retry-After</c> fits into the
    /// time that is left. Nothing was taken, so it is safe; false by default, because a service under load is helped by fewer questions.
    /// </summary>
    public bool RetryRejected { get; set; }

    /// <summary>
    /// What answers when the service does not: <see cref="FailureMode.Local"/> by default, which decides by the limit in the check, else by
    /// <see cref="LocalLimit"/>, in this process; where neither is there it admits, as <see cref="FailureMode.Open"/> does.
    /// </summary>
    public FailureMode FailureMode { get; set; } = FailureMode.Local;

    /// <summary>
    /// The limit of <see cref="FailureMode.Local"/> for each (tenant, client, action) of which none is known; null for none. A limit that was given with a check, or
    /// read or written through <see cref="HeadgateClient.Configuration"/>, comes first.
    /// </summary>
    public Limit? LocalLimit { get; set; }

    /// <summary>Failures in a row after which an endpoint is left alone: 1 to 1,000, 3 by default. While all are left alone the failure mode answers at once.</summary>
    public int BreakAfter { get; set; } = 3;

    /// <summary>
    /// How long an endpoint is left alone before it is asked for its health, beside the calls: 10 ms to 1 h, 500 ms by default. Doubles each time that it does not
    /// answer, up to <see cref="MaxBreakDuration"/>.
    /// </summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest that an endpoint is left alone: <see cref="BreakDuration"/> to 1 h, 10 s by default.</summary>
    public TimeSpan MaxBreakDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Denials that are remembered, 0 to 1,000,000; 10,000 by default, 0 for none. A remembered denial answers the same question, or a costlier one, here until
    /// its retry time.
    /// </summary>
    public int DenyCacheSize { get; set; } = 10_000;

    /// <summary>
    /// How long a denial is remembered at most: above 0 and at most 1 h, 1 s by default. A retry time is exact unless permits come back by another way: a limit that is
    /// raised, a release, a refund. So long such a change may go unnoticed here.
    /// </summary>
    public TimeSpan DenyCacheMaxAge { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that connecting takes, 10 ms to 1 h, 500 ms by default. Used by <c>AddHeadgateClient</c> only: an HTTP client of your own has its own.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a connection is used before it is replaced, so that a changed DNS entry is noticed: 1 s to 1 day, 2 minutes by default. Used by <c>AddHeadgateClient</c> only.
    /// </summary>
    public TimeSpan PooledConnectionLifetime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock of time-outs, waits and denials; the system's if null.</summary>
    public TimeProvider? TimeProvider { get; set; }
}
