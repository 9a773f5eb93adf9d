using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;

int threads = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 1;
int keys = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 1;
Scenario s = keys == 1 ? Scenarios.Hot(threads) : keys == 0 ? Scenarios.Denied(threads) : Scenarios.Random(keys, threads);
var result = Runner.Run(s, Effort.Quick);
foreach (Samples sample in result)
{
    Console.WriteLine(sample.Summarise());
    Console.WriteLine(Ratio.Of(sample, result[0]));
}
