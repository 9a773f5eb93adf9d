namespace Headgate.Tests.Admission;

/// <summary>
/// Deficit round robin as the paper has it, obviously right and slow: walks round after round, flow after flow, and grants each its quantum. A
/// thousand grains are a unit of cost, a weight is a quantum in grains.
/// </summary>
internal sealed class RoundsModel
{
    private const long Unit = 1000;
    private readonly List<Flow> _flows = [];
    private int _at;

    public void Join(string key, int weight, int cost, int id)
    {
        Flow? flow = _flows.Find(f => f.Key == key);
        if (flow is null) _flows.Add(flow = new Flow(key));
        flow.Weight = weight;
        flow.Line.Add((id, cost));
    }

    public int? Next()
    {
        if (_flows.Count == 0) return null;
        while (true)
        {
            if (_at == _flows.Count) _at = 0;
            Flow flow = _flows[_at++];
            flow.Deficit += flow.Weight;
            (int id, int cost) = flow.Line[0];
            if (flow.Deficit < cost * Unit) continue;
            flow.Deficit -= cost * Unit;
            Assert.InRange(flow.Deficit, 0, flow.Weight - 1);
            flow.Line.RemoveAt(0);
            Forget(flow);
            return id;
        }
    }

    public void GoAway(int id)
    {
        Flow flow = _flows.Single(f => f.Line.Any(w => w.Id == id));
        bool wasHead = flow.Line[0].Id == id;
        flow.Line.RemoveAll(w => w.Id == id);
        if (wasHead && flow.Line.Count > 0) flow.Deficit = Math.Min(flow.Deficit, (flow.Line[0].Cost * Unit) - 1);
        Forget(flow);
    }

    private void Forget(Flow flow)
    {
        if (flow.Line.Count > 0) return;
        int index = _flows.IndexOf(flow);
        _flows.RemoveAt(index);
        if (index < _at) _at--;
    }

    private sealed class Flow(string key)
    {
        public string Key { get; } = key;

        public int Weight { get; set; }

        public long Deficit { get; set; }

        public List<(int Id, int Cost)> Line { get; } = [];
    }
}
