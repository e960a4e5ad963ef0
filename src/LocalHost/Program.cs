using Sentiment.LocalHost;
using Sentiment.LocalHost.Commands;

using var interrupt = new Interrupt();
return await new SentimentCommand(interrupt).InvokeAsync(args);
