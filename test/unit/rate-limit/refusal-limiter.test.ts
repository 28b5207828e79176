import { describe, expect, it } from 'vitest';
import { refusalLimiter } from '#shared/rate-limit/refusal-limiter.ts';

const limited = expect.objectContaining({ code: 'rate_limited', retryAfter: 60 });

describe('refused calls', () => {
  it('are answered with the reason 30 times a minute, by address', () => {
    let time = 0;
    const count = refusalLimiter(() => time);
    for (let call = 1; call <= 30; call++) count('one');
    expect(() => count('one')).toThrow(limited);
    count('other');
    time = 60_000;
    count('one');
  });

  it('of more addresses than are counted separately share one count, so that a flood needs no memory', () => {
    let time = 0;
    const count = refusalLimiter(() => time);
    for (let source = 0; source < 10_000; source++) count(`known-${source}`);
    for (let source = 0; source < 30; source++) count(`late-${source}`);
    expect(() => count('late-30')).toThrow(limited);
    expect(() => count('late-0')).toThrow(limited);
    count('known-0');
    time = 60_000;
    count('late-30');
  });
});
