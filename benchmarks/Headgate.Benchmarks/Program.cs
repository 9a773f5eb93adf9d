using Headgate.Benchmarks;

return MeasureCommand.Create().Parse(args).Invoke();
