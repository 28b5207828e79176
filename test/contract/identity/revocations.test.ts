import { describe, expect, it } from 'vitest';
import { dynamoRevocations } from '#shared/identity/dynamodb-revocations.ts';
import type { Revocations } from '#shared/identity/revocations.ts';
import { memoryRevocations } from '../../memory/revocations.ts';
import { newTable, uniqueName } from '../emulator.ts';

const ISSUER = 'https://idp.example';
const at = (seconds: number): Date => new Date(seconds * 1000 + 400);

const kinds: [string, () => Promise<Revocations>][] = [
  ['in memory', async () => memoryRevocations()],
  ['in DynamoDB', async () => dynamoRevocations(await newTable('activity'))],
];

describe.each(kinds)('revocations %s', (_, make) => {
  it('revoke the tokens issued until then, and no others', async () => {
    const revocations = await make();
    const subject = uniqueName('person');
    expect(await revocations.isRevoked(ISSUER, subject, 1000)).toBe(false);
    await revocations.revoke(ISSUER, subject, at(1000));
    expect(await revocations.isRevoked(ISSUER, subject, 999)).toBe(true);
    expect(await revocations.isRevoked(ISSUER, subject, 1000)).toBe(true);
    expect(await revocations.isRevoked(ISSUER, subject, 1001)).toBe(false);
  });

  it('apply to one subject of one issuer', async () => {
    const revocations = await make();
    const subject = uniqueName('person');
    await revocations.revoke(ISSUER, subject, at(1000));
    expect(await revocations.isRevoked(ISSUER, `${subject}2`, 1000)).toBe(false);
    expect(await revocations.isRevoked(`${ISSUER}#`, subject, 1000)).toBe(false);
  });

  it('are not replaced by an earlier one that arrives late', async () => {
    const revocations = await make();
    const subject = uniqueName('person');
    await revocations.revoke(ISSUER, subject, at(2000));
    await revocations.revoke(ISSUER, subject, at(1000));
    expect(await revocations.isRevoked(ISSUER, subject, 2000)).toBe(true);
    await revocations.revoke(ISSUER, subject, at(3000));
    expect(await revocations.isRevoked(ISSUER, subject, 2500)).toBe(true);
  });
});

it('revocations that cannot be read admit nobody', async () => {
  const { client } = await newTable('activity');
  const revocations = dynamoRevocations({ table: uniqueName('missing'), client });
  await expect(revocations.isRevoked(ISSUER, 'person', 1000)).rejects.toThrow();
});
