// Sends what standard input lists, [{"operation": "DetectSyntax", "input": {...}}, ...], through AWS's SDK for JavaScript, and
// prints as a list what came of each: {"output": {...}} or {"error": "TextSizeLimitExceededException", "status": 400,
// "message": "..."}. Address, region and keys are those of the environment. NODE_PATH: where the SDK is installed.
"use strict";

const comprehend = require("@aws-sdk/client-comprehend");

async function answer(client, { operation, input }) {
    try {
        const { $metadata, ...output } = await client.send(new comprehend[`${operation}Command`](input));
        if (!$metadata.requestId) throw new Error("no request id");
        return { output };
    } catch (error) {
        if (!error.$metadata) throw error;
        const known = error instanceof comprehend.ComprehendServiceException && error.constructor.name === error.name;
        return { error: error.name, status: error.$metadata.httpStatusCode, message: error.message, known };
    }
}

async function main() {
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    const client = new comprehend.ComprehendClient({ maxAttempts: 1 });
    const answers = [];
    for (const call of JSON.parse(Buffer.concat(chunks).toString())) answers.push(await answer(client, call));
    process.stdout.write(JSON.stringify(answers));
}

main();
