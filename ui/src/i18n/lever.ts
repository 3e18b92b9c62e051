/**
 * Names that Lever and Refapp print on their own screens (`lever-api.md §2, §8`, `rules.md` 16). They are the same in
 * every language, so they are not messages.
 */
export const API_KEYS = ['Settings', 'Integrations and API', 'API Credentials', 'Generate New Key'];
export const WEBHOOKS = ['Settings', 'Integrations and API', 'Webhooks', 'Candidate Stage Change'];
export const AUTHORIZED_APPS = [
  'Settings',
  'Integrations and API',
  'Authorized Apps',
  'Revoke Access',
];
export const STAGES = [
  'Settings',
  'Pipeline and archive reasons',
  'Customize pipeline stages',
  'Add stage',
];
/** A place in the menus, in one line of text. */
export const menuPath = (path: readonly string[]): string => path.join(' › ');
export const LEVER = 'Lever';
export const REFAPP = 'Refapp';
export const PRODUCT = 'Refapp for Lever';
/** Where people see which data centre their account lives in. */
export const LEVER_HOSTS = {
  us: 'hire.lever.co',
  eu: 'hire.eu.lever.co',
  sandbox: 'hire.sandbox.lever.co',
  custom: '',
} as const;
export const REFAPP_ADDRESS = 'https://app.refapp.com';
