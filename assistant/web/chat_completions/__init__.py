"""The assistant as a chat model: OpenAI's chat completions, as the bots of WeChat call them."""
