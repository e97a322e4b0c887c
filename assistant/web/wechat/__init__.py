"""What WeChat and WeCom call: messages of people come in, answers go back within five seconds."""
