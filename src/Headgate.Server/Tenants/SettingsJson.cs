using System.Text.Json;
using Headgate.AspNetCore.Admin;

namespace Headgate.Server.Tenants;

/// <summary>Global and tenants' settings as JSON.</summary>
internal static class SettingsJson
{
    public static void Write(Utf8JsonWriter json, GlobalSettings global)
    {
        json.WriteNumber("max_global_concurrent_requests", global.MaxGlobalConcurrentRequests);
        json.WriteNumber("max_tenant_queue_size", global.MaxTenantQueueSize);
        json.WriteNumber("max_queued_requests", global.MaxQueuedRequests);
        NodeNumbers.WriteSeconds(json, "queue_timeout_seconds", global.QueueTimeout);
        RuleJson.WriteNumbers(json, global.DefaultRule, "default_");
        json.WriteString("on_store_failure", NodeNames.Of(global.OnStoreFailure));
    }

    public static void Write(Utf8JsonWriter json, TenantSettings tenant)
    {
        json.WriteNumber("weight", tenant.Weight);
        if (tenant.MaxQueueSize is { } size) json.WriteNumber("max_queue_size", size);
        if (tenant.OnStoreFailure is { } mode) json.WriteString("on_store_failure", NodeNames.Of(mode));
    }

    /// <summary>What is not given stays as it is in <paramref name="missing"/>.</summary>
    /// <exception cref="AdminRefusal">A setting is out of bounds, or none.</exception>
    public static GlobalSettings ReadGlobal(AdminFields fields, GlobalSettings missing)
    {
        GlobalSettings read = new()
        {
            MaxGlobalConcurrentRequests = fields.Whole("max_global_concurrent_requests", 1, GlobalSettings.MostConcurrentRequests, "It is the number of decisions at work at once.")
                ?? missing.MaxGlobalConcurrentRequests,
            MaxTenantQueueSize = fields.Whole("max_tenant_queue_size", 0, GlobalSettings.MostTenantQueueSize, "With 0 no decision waits.") ?? missing.MaxTenantQueueSize,
            MaxQueuedRequests = fields.Whole("max_queued_requests", 0, GlobalSettings.MostQueuedRequests, "With 0 no decision waits.") ?? missing.MaxQueuedRequests,
            QueueTimeout = fields.Seconds("queue_timeout_seconds", GlobalSettings.LongestQueueTimeout) ?? missing.QueueTimeout,
            DefaultRule = RuleJson.ReadDefault(fields, missing.DefaultRule),
            OnStoreFailure = (FailureMode?)fields.Choice("on_store_failure", NodeNames.FailureModes) ?? missing.OnStoreFailure,
        };
        fields.End();
        return read;
    }

    /// <summary>What is not given stays as it is in <paramref name="missing"/>.</summary>
    /// <exception cref="AdminRefusal">A setting is out of bounds, or none.</exception>
    public static TenantSettings ReadTenant(AdminFields fields, TenantSettings missing)
    {
        TenantSettings read = new()
        {
            Weight = fields.Whole("weight", 1, TenantSettings.MostWeight, "Weights are shares: twice the weight is twice the share under load.") ?? missing.Weight,
            MaxQueueSize = fields.Whole("max_queue_size", 0, GlobalSettings.MostTenantQueueSize, "With 0 no decision of this tenant waits.") ?? missing.MaxQueueSize,
            OnStoreFailure = (FailureMode?)fields.Choice("on_store_failure", NodeNames.FailureModes) ?? missing.OnStoreFailure,
        };
        fields.End();
        return read;
    }
}
