using System.CommandLine;
using Headgate.Benchmarks;

const int WrongUsage = 2;

ParseResult parsed = MeasureCommand.Create().Parse(args);
int code = await parsed.InvokeAsync().ConfigureAwait(false);
return parsed.Errors.Count > 0 ? WrongUsage : code;
