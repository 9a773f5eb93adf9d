using Headgate.Cli;

return await HeadgateCommand.RunAsync(args, Terminal.OfProcess()).ConfigureAwait(false);
