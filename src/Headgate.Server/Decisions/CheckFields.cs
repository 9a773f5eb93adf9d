namespace Headgate.Server.Decisions;

/// <summary>The fields of requests for decisions.</summary>
[Flags]
internal enum CheckFields
{
    None = 0,
    Tenant = 1,
    Client = 2,
    Action = 4,
    Cost = 8,
    MaxRequests = 16,
    Window = 32,
    Lease = 64,
    Actions = 128,

    Ids = Tenant | Client | Action,
    Numbers = Cost | MaxRequests | Window,

    /// <summary>A request that stands alone, or in a batch.</summary>
    Single = Ids | Numbers,

    /// <summary>One of several actions that are one decision.</summary>
    Part = Client | Action | Numbers,

    /// <summary>Several actions that are one decision.</summary>
    Joint = Tenant | Client | Actions,

    /// <summary>Permits that are held, of one action or of several that were one decision.</summary>
    Held = Ids | Lease | Actions,

    /// <summary>An action of which permits are held.</summary>
    HeldPart = Client | Action,
}

/// <summary>What a request gave of its fields. Mutable while it is read.</summary>
internal struct CheckValues
{
    public CheckValues()
    {
    }

    public CheckFields Seen { get; set; }

    public string? Tenant { get; set; }

    public string? Client { get; set; }

    public string? Action { get; set; }

    public long Cost { get; set; } = 1;

    public long? MaxRequests { get; set; }

    public TimeSpan? Window { get; set; }

    public LeaseId Lease { get; set; }

    /// <summary>All of the fields are there, or the first that is not.</summary>
    public readonly RequestRefusal? Require(CheckFields fields)
    {
        CheckFields missing = fields & ~Seen;
        if (missing == 0) return null;
        string name = CheckReader.NameOf(missing & (CheckFields)(-(int)missing));
        return RequestRefusal.Bad(name, null, $"{name} is missing. Give {CheckReader.Known(fields)}.");
    }

    public readonly DecisionRequest ToRequest() => new(Tenant!, Client!, Action!, Cost, MaxRequests, Window);
}
