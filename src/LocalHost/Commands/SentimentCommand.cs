using System.CommandLine;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Onnx;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Engine;

namespace Sentiment.LocalHost.Commands;

/// <summary>The command line: parses, runs, and turns every failure into one message and an exit code.</summary>
internal sealed class SentimentCommand(Interrupt interrupt)
{
    public async Task<int> InvokeAsync(string[] args)
    {
        var root = new RootCommand("Sentiment: watches news and prices for many tenants, scores it and keeps it.")
        {
            DemoCommand.Create(interrupt), ServeCommand.Create(interrupt), RunCommand.Create(interrupt),
            StatusCommand.Create(interrupt), RunsCommand.Create(interrupt), ChunksCommand.Create(interrupt),
            ItemsCommand.Create(interrupt), PricesCommand.Create(interrupt), ScoreCommand.Create(interrupt), VerifyCommand.Create(interrupt),
            ReplayCommand.Create(interrupt), PlanCommand.Create(interrupt), BackfillCommand.Create(interrupt), CoverageCommand.Create(interrupt),
            WatchCommand.Create(interrupt), AlertsCommand.Create(interrupt),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors.Select(e => e.Message).Distinct())
            {
                Console.Error.WriteLine($"sentiment: {error}");
            }

            Console.Error.WriteLine($"sentiment: see 'sentiment {(parsed.CommandResult.Command == root ? "" : parsed.CommandResult.Command.Name + " ")}--help'");
            return CommandFailure.BadUsage;
        }

        try
        {
            var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupt.Token).ConfigureAwait(false);
            return interrupt.ExitCode != 0 ? interrupt.ExitCode : code;
        }
        catch (Exception exception)
        {
            return interrupt.ExitCode != 0 && exception is OperationCanceledException ? interrupt.ExitCode : Explain(exception);
        }
    }

    private static int Explain(Exception exception)
    {
        var (message, code) = exception switch
        {
            CommandFailure failure => (failure.Message, failure.ExitCode),
            TenantsFileException or RunRequestException or ModelFolderException => (exception.Message, CommandFailure.BadUsage),
            OptionsValidationException options => (string.Join("; ", options.Failures), CommandFailure.BadUsage),
            ArgumentException or InvalidOperationException { InnerException: FormatException } => (exception.Message, CommandFailure.BadUsage),
            DataFolderException or EngineStoreException or IOException or UnauthorizedAccessException => (exception.Message, CommandFailure.Failed),
            AggregateException { InnerExceptions: [var only] } => (only.Message, CommandFailure.Failed),
            _ => ($"{exception.GetType().Name}: {exception.Message}", CommandFailure.Failed),
        };
        Console.Error.WriteLine($"sentiment: {message}");
        if (Environment.GetEnvironmentVariable("SENTIMENT_TRACE") == "1")
        {
            Console.Error.WriteLine(exception);
        }

        return code;
    }
}
