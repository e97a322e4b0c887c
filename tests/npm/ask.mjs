// Asks a server as OpenAI's own client for JavaScript does; prints what it got as JSON.
import OpenAI from "openai";

const [baseURL, question] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: question }];
const models = (await client.models.list()).data.map((model) => model.id);
const whole = await client.chat.completions.create({ model: "edu-policy", messages });
let streamed = "";
for await (const chunk of await client.chat.completions.create({ model: "edu-policy", messages, stream: true })) {
  streamed += chunk.choices[0].delta.content ?? "";
}
const unknown = await client.chat.completions
  .create({ model: "gpt-4o", messages })
  .catch((error) => ({ status: error.status, code: error.code }));
console.log(JSON.stringify({ models, whole, streamed, unknown }));
