using System.Text.Json;
using Headgate.Server.Http;

namespace Headgate.Server.Decisions;

/// <summary>Several actions of a tenant that are one decision, or were one.</summary>
/// <param name="Values">What stands beside the list.</param>
/// <param name="Parts">The actions, each with its client.</param>
/// <param name="Refusal">What is wrong with it; null if nothing is.</param>
internal sealed record JointBody(CheckValues Values, IReadOnlyList<DecisionRequest> Parts, RequestRefusal? Refusal)
{
    /// <summary>The most actions.</summary>
    public const int MaxParts = 32;

    private const string Name = "actions";

    public static BodyParser<JointBody> Parser { get; } = utf8 => Parse(utf8, CheckFields.Joint, CheckFields.Part, CheckFields.Tenant | CheckFields.Actions);

    /// <summary>Permits that are held: of one action, or of the actions of a list.</summary>
    public static BodyParser<JointBody> Held { get; } = utf8 => Parse(utf8, CheckFields.Held, CheckFields.HeldPart, CheckFields.Tenant | CheckFields.Lease);

    private static JointBody Parse(ReadOnlySpan<byte> utf8, CheckFields known, CheckFields knownParts, CheckFields required)
    {
        Utf8JsonReader json = CheckReader.Open(utf8);
        CheckValues values = new();
        List<(string Name, CheckValues Values)> parts = [];
        RequestRefusal? refusal = CheckReader.Read(ref json, "the body", known, ref values, ReadParts);
        CheckReader.Close(ref json);
        refusal ??= values.Require(required);
        if (refusal is null && parts.Count == 0) refusal = values.Require(CheckFields.Ids);
        if (refusal is null && parts.Count > 0 && values.Action is not null)
            refusal = RequestRefusal.Bad("action_type", values.Action, $"action_type is there beside {Name}; give one or the other.");
        if (refusal is not null) return new JointBody(values, [], refusal);
        if (parts.Count == 0) return new JointBody(values, [values.ToRequest()], null);

        List<DecisionRequest> requests = [];
        foreach ((string name, CheckValues part) in parts)
        {
            CheckValues whole = part;
            whole.Tenant = values.Tenant;
            whole.Client ??= values.Client;
            if (whole.Client is null) return new JointBody(values, [], RequestRefusal.Bad("client_id", null, $"client_id is missing. Give it beside {Name}, or in each of them."));
            if (whole.Action is null) return new JointBody(values, [], RequestRefusal.Bad($"{name}.action_type", null, $"{name} has no action_type; each entry must have one."));
            requests.Add(whole.ToRequest());
        }

        return new JointBody(values, requests, null);

        RequestRefusal? ReadParts(ref Utf8JsonReader list, string name) => CheckReader.ReadList(ref list, name, MaxParts, ReadPart);

        RequestRefusal? ReadPart(ref Utf8JsonReader entry, string name)
        {
            CheckValues part = new();
            RequestRefusal? wrong = CheckReader.Read(ref entry, name, knownParts, ref part);
            parts.Add((name, part));
            return wrong is null || wrong.Field is null ? wrong : new RequestRefusal(wrong.Status, $"{name}: {wrong.Message}", $"{name}.{wrong.Field}", wrong.Value);
        }
    }
}
