using Headgate.AspNetCore.Identity;
using Headgate.AspNetCore.Observability;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Admission;

/// <summary>Whose queue a request stands in, and at which weight and cost. Thread-safe.</summary>
internal sealed class FlowReader
{
    private readonly HeadgateAdmissionOptions _options;
    private readonly CallerKeys? _keys;

    public FlowReader(HeadgateAdmissionOptions options)
    {
        _options = options;
        if (options.FlowOf is null) _keys = new CallerIdentity(options.Forwarded, ApiKeys.None, options.Identity).KeysOf(options.Key);
    }

    public FairFlow FlowOf(HttpContext context)
    {
        string key = _keys is not null ? _keys.KeyOf(context) : _options.FlowOf!(context) ?? PartitionKey.Nobody; // there are keys unless there is a function
        int weight = _options.WeightOf is { } weigh ? Math.Clamp(weigh(context), 1, FairFlow.MaxWeight) : 1;
        return new FairFlow(CallerId.Bounded(key), weight);
    }

    public int CostOf(HttpContext context) => _options.CostOf is { } cost ? Math.Clamp(cost(context), 1, FairGate.MaxCost) : 1;
}
