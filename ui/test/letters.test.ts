import { describe, expect, it } from 'vitest';
import { hostOf, toLever, toRefapp, toSuperAdmin } from '../src/letters/letters';
import { overview, setup } from './scenes';

const { permissions, dataCentres } = overview([]).preparation;
const eu = dataCentres.find((one) => one.dataCentre === 'eu')?.apiPage ?? '';

describe('the mail to Refapp’s support', () => {
  it('asks for what is not there yet, and names our host and not its secret path', () => {
    const address = 'https://relay.example.com/refapp/0f3a-secret';
    for (const locale of ['en', 'sv'] as const) {
      const both = toRefapp(false, hostOf(address))(locale).body;
      expect(both).toMatch(/1\. .*token/);
      expect(both).toContain('relay.example.com');
      expect(both).not.toContain('secret');
      const host = toRefapp(true, hostOf(address))(locale).body;
      // One request needs no number.
      expect(host).not.toMatch(/\d\. /);
      expect(host).not.toContain('account integration');
    }
  });

  it('names the port of a host that has one, and no host that is only half typed', () => {
    expect(hostOf('http://127.0.0.1:47810')).toBe('127.0.0.1:47810');
    expect(['', 'https://', 'relay.example'].map(hostOf)).toEqual([null, null, null]);
  });

  it('promises the host while there is none', () => {
    expect(toRefapp(false, null)('en').body).toContain('We will send its name');
  });
});

describe('the sheet for the Super Admin', () => {
  it('has the 12 boxes with their reasons, the page and the switch, in both languages', () => {
    for (const locale of ['en', 'sv'] as const) {
      const { subject, body } = toSuperAdmin(permissions, eu)(locale);
      expect(subject).toContain('12');
      for (const { label } of permissions) expect(body).toContain(`☐ ${label} – `);
      expect(body).toContain('https://hire.eu.lever.co/settings/integrations?tab=api');
      expect(body).toContain('Webhooks › Candidate Stage Change');
    }
    expect(toSuperAdmin(permissions, eu)('sv').body).toContain('För att veta vem');
  });
});

describe('the mail to Lever’s support', () => {
  it('has all that a client must have', () => {
    const { redirectAddresses, scopes } = setup().lever;
    const { body } = toLever('us', redirectAddresses, scopes)('en');
    for (const one of [...redirectAddresses, ...scopes, 'US']) expect(body).toContain(one);
  });
});
