using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headgate.Extensions.Configuration;

/// <summary>Reads YAML, and JSON, which is YAML too, to nodes with lines and columns. No types are guessed and nothing is looked up.</summary>
internal sealed class YamlNodes
{
    /// <summary>Deeper than any configuration can be.</summary>
    public const int MaxDepth = 16;

    /// <summary>The most values of a file: enough for 100,000 overrides and as many API keys.</summary>
    public const int MaxNodes = 1_000_000;

    private readonly ConfigurationOrigin _origin;
    private readonly Parser _parser;
    private int _count;

    private YamlNodes(ConfigurationOrigin origin, string text)
    {
        _origin = origin;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <exception cref="HeadgateConfigurationException">The text cannot be read.</exception>
    public static ConfigurationNode Read(string file, string text)
    {
        ConfigurationOrigin origin = new(file, "", IsLoose: false);
        YamlNodes nodes = new(origin, text);
        try
        {
            return nodes.ReadDocument();
        }
        catch (HeadgateConfigurationException)
        {
            throw;
        }
        catch (YamlException e)
        {
            string tab = LineOf(text, e.Start.Line).TrimStart(' ').StartsWith('\t') ? " The line is indented with a tab, which YAML does not allow: use spaces." : "";
            throw nodes.Refuse(e.Start, $"this cannot be read: {Printable.Of(e.Message).TrimEnd('.')}.{tab} Mend the text here or just before.", e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Text that the parser stumbles over is as unreadable as text that it refuses.
            throw nodes.Refuse(Mark.Empty, "this cannot be read as YAML or JSON. Check brackets, quotes and indentation.", e);
        }
    }

    private ConfigurationNode ReadDocument()
    {
        Take<StreamStart>();
        if (_parser.Current is not DocumentStart) throw Refuse(Mark.Empty, "the file is empty. Write at least 'policies:'.");
        Take<DocumentStart>();
        ConfigurationNode root = ReadNode(null, "", default, 0);
        Take<DocumentEnd>();
        if (_parser.Current is DocumentStart { Start: var second }) throw Refuse(second, "a second document begins here; there must be one. Put all into one document.");
        if (root.Kind == NodeKind.Null) throw Refuse(Mark.Empty, "the file is empty. Write at least 'policies:'.");
        return root;
    }

    private ConfigurationNode ReadNode(ConfigurationNode? parent, string name, Mark nameAt, int depth)
    {
        ParsingEvent current = _parser.Current!;
        if (++_count > MaxNodes) throw Refuse(current.Start, $"there are more than {MaxNodes} values; it must be fewer. Split the configuration.");
        if (depth > MaxDepth) throw Refuse(current.Start, $"this is nested more than {MaxDepth} levels deep, which no field is. Check brackets and indentation.");
        if (current is AnchorAlias) throw Refuse(current.Start, "an alias (*name) is not allowed. Write the value itself.");
        if (current is NodeEvent { Tag.IsEmpty: false }) throw Refuse(current.Start, "a tag (!name) is not allowed. Write the plain value.");
        switch (current)
        {
            case Scalar scalar:
                Take<Scalar>();
                bool isPlain = scalar.Style == ScalarStyle.Plain;
                return Node(parent, name, nameAt, scalar.Start, isPlain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" ? NodeKind.Null : NodeKind.Scalar, scalar.Value, isPlain);
            case SequenceStart:
                Take<SequenceStart>();
                ConfigurationNode list = Node(parent, name, nameAt, current.Start, NodeKind.List);
                while (_parser.Current is not SequenceEnd)
                    ReadNode(list, list.Children.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), _parser.Current!.Start, depth + 1);
                Take<SequenceEnd>();
                return list;
            case MappingStart:
                Take<MappingStart>();
                ConfigurationNode map = Node(parent, name, nameAt, current.Start, NodeKind.Map);
                while (_parser.Current is not MappingEnd)
                {
                    if (_parser.Current is not Scalar key) throw Refuse(_parser.Current!.Start, "the name of a field must be text. Write 'name: value'.");
                    Take<Scalar>();
                    ReadNode(map, key.Value, key.Start, depth + 1);
                }

                Take<MappingEnd>();
                return map;
            default:
                throw Refuse(current.Start, "a value is expected here.");
        }
    }

    private ConfigurationNode Node(ConfigurationNode? parent, string name, Mark nameAt, Mark at, NodeKind kind, string text = "", bool isPlain = false) =>
        new(_origin, parent, name)
        {
            Kind = kind,
            Text = text,
            IsPlain = isPlain,
            Line = Number(at.Line),
            Column = Number(at.Column),
            NameLine = Number(nameAt.Line),
            NameColumn = Number(nameAt.Column),
        };

    private void Take<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null) _parser.MoveNext();
        if (_parser.Current is not T) throw Refuse(_parser.Current?.Start ?? Mark.Empty, "this is not expected here.");
        _parser.MoveNext();
    }

    private HeadgateConfigurationException Refuse(Mark at, string message, Exception? inner = null) =>
        new([new HeadgateConfigurationError(_origin.File, Math.Max(1, Number(at.Line)), Math.Max(1, Number(at.Column)), "", message)], inner);

    private static int Number(long position) => (int)Math.Min(position, int.MaxValue);

    private static string LineOf(string text, long number)
    {
        int line = 1;
        foreach (ReadOnlySpan<char> one in text.AsSpan().EnumerateLines())
        {
            if (line++ == number) return one.ToString();
        }

        return "";
    }
}
