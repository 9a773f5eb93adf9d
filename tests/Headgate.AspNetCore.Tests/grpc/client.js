'use strict';
// Calls the server at the address given and prints, as JSON, what the client of the gRPC project made of each answer. Knows nothing of
// Headgate: the messages in grpc-status-details-bin are read with their published definitions.
const grpc = require('@grpc/grpc-js');
const protobuf = require('protobufjs');

const { root } = protobuf.parse(`
  syntax = "proto3";
  package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message QuotaFailure { message Violation { string subject = 1; string description = 2; } repeated Violation violations = 1; }
`, { keepCase: true });

function readDetails(bytes) {
  const status = root.lookupType('google.rpc.Status').decode(bytes);
  const details = {};
  for (const any of status.details) {
    const [host, name] = any.type_url.split('/');
    if (host !== 'type.googleapis.com') throw new Error(`type_url ${any.type_url}`);
    const type = root.lookupType(name);
    details[name] = type.toObject(type.decode(any.value), { longs: Number, defaults: true });
  }
  return { code: status.code, message: status.message, details };
}

const identity = (bytes) => bytes;

function call(client, method, message = Buffer.alloc(0)) {
  return new Promise((resolve) => {
    const answer = { initial: {} };
    const started = process.hrtime.bigint();
    const running = client.makeUnaryRequest(`/test.Gate/${method}`, identity, identity, message, new grpc.Metadata(),
      { deadline: Date.now() + 30000 }, (error) => {
        answer.milliseconds = Number((process.hrtime.bigint() - started) / 1000000n);
        answer.code = error ? error.code : grpc.status.OK;
        answer.details = error ? error.details : '';
        const trailers = error ? error.metadata : new grpc.Metadata();
        answer.pushback = trailers.get('grpc-retry-pushback-ms')[0] ?? null;
        answer.fields = { ...answer.initial, ...trailers.getMap() };
        for (const name of Object.keys(answer.fields)) answer.fields[name] = String(answer.fields[name]);
        const bytes = trailers.get('grpc-status-details-bin')[0];
        answer.status = bytes ? readDetails(bytes) : null;
        resolve(answer);
      });
    running.on('metadata', (metadata) => { answer.initial = metadata.getMap(); });
  });
}

async function main(address) {
  const plain = new grpc.Client(address, grpc.credentials.createInsecure());
  // A backoff of minutes: whoever retries sooner does so because the server said when.
  const retrying = new grpc.Client(address, grpc.credentials.createInsecure(), {
    'grpc.service_config': JSON.stringify({
      methodConfig: [{
        name: [{ service: 'test.Gate' }],
        retryPolicy: { maxAttempts: 3, initialBackoff: '600s', maxBackoff: '600s', backoffMultiplier: 1, retryableStatusCodes: ['RESOURCE_EXHAUSTED'] },
      }],
    }),
  });
  const answers = {
    allowed: await call(plain, 'Allowed'),
    denied: await call(plain, 'Denied'),
    deniedUpload: await call(plain, 'Denied', Buffer.alloc(3 * 1024 * 1024)),
    never: await call(plain, 'Never'),
    down: await call(plain, 'Down'),
    named: await call(plain, 'Named'),
    retried: await call(retrying, 'DeniedOnce'),
    retriedNever: await call(retrying, 'Never'),
  };
  plain.close();
  retrying.close();
  console.log(JSON.stringify(answers));
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
