using System.Buffers;
using System.Text.Json;
using Headgate.Server.Http;
using Headgate.Server.Load;

namespace Headgate.Server.Decisions;

/// <summary>One of many requests, and what became of it. Mutable: filled as it goes along.</summary>
internal struct BatchItem
{
    public DecisionRequest Request;

    /// <summary>What is wrong with it; null if nothing is.</summary>
    public RequestRefusal? Refusal;

    public Decided Decided;

    public LoadOutcome Outcome;

    /// <summary>The next item of the same tenant; -1 after the last.</summary>
    public int Next;
}

/// <summary>Many requests at once, in rented memory. Dispose it once, when nobody works on it any more.</summary>
internal sealed class BatchBody : IDisposable
{
    /// <summary>The most requests.</summary>
    public const int MaxItems = 1_000;

    /// <summary>The longest body, in bytes: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const string Name = "items";
    private const int FirstCapacity = 128;

    private BatchItem[] _items = ArrayPool<BatchItem>.Shared.Rent(FirstCapacity);
    private int _count;

    /// <summary>Kept, so that a request makes no delegate.</summary>
    public static BodyParser<BatchBody> Parser { get; } = Parse;

    public BatchItem[] Items => _items;

    public int Count => _count;

    /// <summary>True if the list came without an object around it, and goes back so.</summary>
    public bool IsBare { get; private set; }

    /// <summary>What is wrong with it as a whole.</summary>
    public RequestRefusal? Refusal { get; private set; }

    public void Dispose()
    {
        ArrayPool<BatchItem>.Shared.Return(_items, clearArray: true);
        _items = [];
        _count = 0;
    }

    private static BatchBody Parse(ReadOnlySpan<byte> utf8)
    {
        BatchBody batch = new();
        try
        {
            batch.Read(utf8);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private void Read(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader json = CheckReader.Open(utf8);
        if (json.TokenType == JsonTokenType.StartArray)
        {
            IsBare = true;
            Refusal = ReadItems(ref json);
        }
        else
        {
            Refusal = ReadObject(ref json);
        }

        CheckReader.Close(ref json);
    }

    private RequestRefusal? ReadObject(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject) return new RequestRefusal(400, $"the body must be an object with the field {Name}, or a list.");
        RequestRefusal? first = null;
        bool seen = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!CheckReader.IsNamed(ref json, Name, out string shown))
            {
                first ??= RequestRefusal.Bad(shown, null, $"'{shown}' is no field here; known is {Name}. Leave it out.");
            }
            else if (seen)
            {
                first ??= RequestRefusal.Bad(Name, null, $"{Name} is there twice; give it once.");
            }
            else
            {
                seen = true;
                json.Read();
                first ??= ReadItems(ref json);
            }

            json.Skip();
        }

        return first ?? (seen ? null : RequestRefusal.Bad(Name, null, $"{Name} is missing; it must be a list of 1 to {MaxItems} objects."));
    }

    private RequestRefusal? ReadItems(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartArray) return RequestRefusal.Bad(Name, null, $"{Name} must be a list of 1 to {MaxItems} objects.");
        int count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (++count > MaxItems) json.Skip();
            else ReadItem(ref json);
        }

        if (count is > 0 and <= MaxItems) return null;
        return RequestRefusal.Bad(Name, null, $"{Name} has {count} entries; it must have 1 to {MaxItems}. {(count == 0 ? "Send at least one." : "Send the rest in another request.")}");
    }

    private void ReadItem(ref Utf8JsonReader json)
    {
        if (_count == _items.Length) Grow();
        ref BatchItem item = ref _items[_count++];
        CheckValues values = new();
        item.Refusal = CheckReader.Read(ref json, "the item", CheckFields.Single, ref values) ?? values.Require(CheckFields.Ids);
        if (item.Refusal is null) item.Request = values.ToRequest();
    }

    private void Grow()
    {
        BatchItem[] larger = ArrayPool<BatchItem>.Shared.Rent(_items.Length * 2);
        _items.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<BatchItem>.Shared.Return(_items, clearArray: true);
        _items = larger;
    }
}
