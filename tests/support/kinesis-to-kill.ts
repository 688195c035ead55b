import { activeStream, startTestKinesis } from './kinesis-service.ts';

/** A process to be killed: puts into a stream in the folder of its argument and tells its parent what was acknowledged. */
const kinesis = await startTestKinesis({
  dataDir: process.argv[2],
  settings: { writeRecordsPerSecond: Infinity, writeBytesPerSecond: Infinity, segmentBytes: 20_000 },
});
await activeStream(kinesis, 's');
for (let batch = 0; ; batch++) {
  const Records = Array.from({ length: 7 }, (_, index) => ({ PartitionKey: `${batch}/${index}`, Data: Buffer.alloc(300, 'x').toString('base64') }));
  const { Records: results } = await kinesis.call('PutRecords', { StreamName: 's', Records });
  process.send!(results.map(({ SequenceNumber }: { SequenceNumber: string }) => SequenceNumber));
}
