using System.Text;
using System.Text.Json;

namespace Headgate.Cli.Simulate.Input;

/// <summary>One JSON object a line. A name with dots reaches into objects: <c>request.remote_ip</c>.</summary>
internal sealed class JsonLinesParser : NamedFieldsParser
{
    private readonly (WantedField Field, int Rank, byte[] Whole, byte[][] Steps)[] _paths;

    public JsonLinesParser(FieldSpec spec, KeyBuilder keys)
        : base(spec, keys) =>
        _paths =
        [
            .. Wanted.SelectMany(field => field.Names.Select((name, rank) =>
                (field, rank, Encoding.UTF8.GetBytes(name), name.Split('.').Select(Encoding.UTF8.GetBytes).ToArray()))),
        ];

    public override bool TryParse(ReadOnlySpan<byte> line, out LogEvent logEvent, out string? problem)
    {
        foreach (WantedField field in Wanted) field.Clear();
        try
        {
            Utf8JsonReader reader = new(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                logEvent = default;
                problem = "it is not a JSON object";
                return false;
            }

            ReadObject(ref reader, 0, []);

            // Reads to the end, so that anything behind the object is found.
            while (reader.Read())
            {
            }
        }
        catch (JsonException broken)
        {
            logEvent = default;
            problem = $"it is not valid JSON at byte {broken.BytePositionInLine ?? 0}";
            return false;
        }
        catch (InvalidOperationException)
        {
            logEvent = default;
            problem = "a string in it is not valid UTF-8 or UTF-16";
            return false;
        }

        return TryFinish(out logEvent, out problem);
    }

    /// <param name="reader">At the start of an object.</param>
    /// <param name="depth">Names that lead here.</param>
    /// <param name="open">Those of the paths that lead here; everything at depth 0.</param>
    private void ReadObject(ref Utf8JsonReader reader, int depth, ReadOnlySpan<int> open)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int match = -1;
            List<int>? deeper = null;
            int count = depth == 0 ? _paths.Length : open.Length;
            for (int i = 0; i < count; i++)
            {
                int at = depth == 0 ? i : open[i];
                (_, _, byte[] whole, byte[][] steps) = _paths[at];
                bool last = depth == steps.Length - 1;
                if ((last && reader.ValueTextEquals(steps[depth]))
                    || (depth == 0 && steps.Length > 1 && reader.ValueTextEquals(whole)))
                {
                    if (match < 0) match = at;
                    else (deeper ??= []).Add(~at);
                }
                else if (!last && reader.ValueTextEquals(steps[depth]))
                {
                    (deeper ??= []).Add(at);
                }
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && deeper?.Exists(d => d >= 0) == true)
            {
                ReadObject(ref reader, depth + 1, deeper.Where(d => d >= 0).ToArray());
                continue;
            }

            if (match >= 0) Take(ref reader, match);
            foreach (int also in deeper ?? [])
            {
                if (also < 0) Take(ref reader, ~also);
            }

            reader.Skip();
        }
    }

    private void Take(ref Utf8JsonReader reader, int path)
    {
        (WantedField field, int rank, _, _) = _paths[path];
        if (rank >= field.Rank) return;
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                field.Written(reader.CopyString(field.Room(reader.ValueSpan.Length)), rank);
                break;
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                field.Set(reader.ValueSpan, rank);
                break;
        }
    }
}
