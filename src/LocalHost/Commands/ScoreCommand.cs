using System.CommandLine;
using System.Text.Json;
using Sentiment.Adapters.Onnx;
using Sentiment.Api;
using Sentiment.Domain.Scoring;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>score</c>: scores texts, one JSON line each.</summary>
internal static class ScoreCommand
{
    private const int Batch = 1024;

    public static Command Create(Interrupt interrupt)
    {
        var texts = new Argument<string[]>("text") { Description = "Texts to score.", Arity = ArgumentArity.ZeroOrMore };
        var file = new Option<string?>("--file") { Description = "Scores each line of this file; - is standard input.", HelpName = "F" };
        var model = new Option<string?>("--model") { Description = "The model that scores them; the default one if absent.", HelpName = "NAME" };
        var command = new Command("score", "Scores texts, one JSON line each in the same order.") { texts, file, model };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(texts)?.Length > 0) == (result.GetValue(file) is not null))
            {
                result.AddError("score: texts or --file expected, one of them");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            var builder = CommandHost.Builder();
            builder.Services.AddScoring(builder.Configuration);
            using var host = builder.Build();
            var models = host.Services.GetRequiredService<ISentimentModels>();
            var scorer = models.Find(parsed.GetValue(model)) ?? throw new CommandFailure(
                $"--model: '{parsed.GetValue(model)}' is no model; one of {string.Join(", ", models.Names)} expected", CommandFailure.BadUsage);
            using var output = new StreamWriter(Console.OpenStandardOutput(), new System.Text.UTF8Encoding(false));
            foreach (var batch in Lines(parsed.GetValue(texts) ?? [], parsed.GetValue(file)).Chunk(Batch))
            {
                var scores = await scorer.ScoreAsync(batch, interrupt.Token).ConfigureAwait(false);
                for (var i = 0; i < batch.Length; i++)
                {
                    await output.WriteLineAsync(JsonSerializer.Serialize(ScoreDocument.Of(batch[i], scores[i], scorer.Model), ItemJson.Default.ScoreDocument)).ConfigureAwait(false);
                }
            }

            return 0;
        });
        return command;
    }

    private static IEnumerable<string> Lines(string[] texts, string? file)
    {
        if (file is null)
        {
            return texts;
        }

        if (file == "-")
        {
            return StandardInput();
        }

        return File.Exists(file) ? File.ReadLines(file) : throw new CommandFailure($"--file: '{file}' does not exist", CommandFailure.BadUsage);
    }

    private static IEnumerable<string> StandardInput()
    {
        while (Console.In.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
