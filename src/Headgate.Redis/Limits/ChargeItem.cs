namespace Headgate.Redis.Limits;

/// <summary>One plain limit to charge for one key.</summary>
internal readonly record struct ChargeItem(RedisBinding Binding, string Key, long Cost)
{
    /// <summary>The items of a list, equal ones added up (law 10).</summary>
    /// <exception cref="ArgumentException">The list is empty, too long, or names one state with different numbers.</exception>
    public static ChargeItem[] Expand(ReadOnlySpan<Charge> charges, RedisPlan.Cache plans)
    {
        if (charges.IsEmpty) throw new ArgumentException("The list of charges is empty. Give at least one.", nameof(charges));
        List<ChargeItem> items = new(charges.Length);
        foreach (Charge charge in charges)
        {
            Check(charge);
            foreach (RedisBinding binding in plans.Get(charge.Namespace, charge.Limit).Bindings) Add(items, new(binding, charge.Key, charge.Cost));
        }

        return [.. items];
    }

    /// <summary>The items of one charge.</summary>
    public static ChargeItem[] Expand(RedisPlan plan, string key, long cost)
    {
        ChargeItem[] items = new ChargeItem[plan.Bindings.Length];
        for (int i = 0; i < items.Length; i++) items[i] = new(plan.Bindings[i], key, cost);
        return items;
    }

    public static void Check(in Charge charge)
    {
        if (charge.Key is null || charge.Limit is null) throw new ArgumentException("A charge lacks its key or its limit. Give both.", nameof(charge));
        if (charge.Cost < 0)
            throw new ArgumentOutOfRangeException(nameof(charge), charge.Cost, $"cost is {charge.Cost}; it must be 0 or more. Use RefundAsync to give permits back.");
    }

    private static void Add(List<ChargeItem> items, ChargeItem item)
    {
        for (int i = 0; i < items.Count; i++)
        {
            ChargeItem same = items[i];
            if (same.Key != item.Key || same.Binding.Namespace != item.Binding.Namespace || same.Binding.Identity != item.Binding.Identity) continue;
            if (!same.Binding.Local.IsSameAs(item.Binding.Local))
            {
                throw new ArgumentException(
                    $"The charges name {item.Binding.Local.Label} twice on one key with different numbers or shadow. Charge one of them, or give them different names.");
            }

            items[i] = same with { Cost = item.Cost > long.MaxValue - same.Cost ? long.MaxValue : same.Cost + item.Cost };
            return;
        }

        if (items.Count == IRateLimitStore.MaxCharges)
            throw new ArgumentException($"The list has more than {IRateLimitStore.MaxCharges} charges, the parts of composites counted. Use fewer.");
        items.Add(item);
    }
}
