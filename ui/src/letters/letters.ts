/**
 * Letters to those who are needed and do not sit here, in the language of the reader over there. They are made of what
 * is on screen, so they ask for nothing that is there already, and no secret is ever in one.
 */
import { m } from '@messages';
import type { DataCentre } from '../backend/types/DataCentre';
import type { Permission } from '../backend/types/Permission';
import { API_KEYS, menuPath, WEBHOOKS } from '../i18n/lever';
import type { Locale } from '../i18n/locale.svelte';
import { dataCentreName, groupName, whyRight } from '../i18n/words';

export interface Letter {
  subject: string;
  body: string;
}

/** For one reader: in the language that they are asked in. */
export type LetterIn = (locale: Locale) => Letter;

/** One task needs no number. */
const numbered = (tasks: string[]): string =>
  tasks.length === 1
    ? tasks.join()
    : tasks.map((task, index) => `${index + 1}. ${task}`).join('\n\n');

function letter(locale: Locale, subject: string, ...paragraphs: string[]): Letter {
  const body = [m.letter_hello({}, { locale }), ...paragraphs, m.letter_thanks({}, { locale })];
  return { subject, body: `${body.join('\n\n')}\n` };
}

/** The host of an address, with its port if it has one; nothing while the address is not complete. */
export function hostOf(address: string | null): string | null {
  return address !== null && URL.canParse(address) ? new URL(address).host || null : null;
}

/**
 * Asks Refapp's support for the token, while there is none, and for registering our host (`rules.md` 19). Only the host
 * is registered; the whole address comes with each check (`refapp-api.md §3.1`).
 */
export const toRefapp =
  (hasToken: boolean, host: string | null): LetterIn =>
  (locale) => {
    const tasks = [
      ...(hasToken ? [] : [m.letter_refapp_token({}, { locale })]),
      host === null
        ? m.letter_refapp_host_later({}, { locale })
        : m.letter_refapp_host({ host }, { locale }),
    ];
    return letter(
      locale,
      m.letter_refapp_subject({}, { locale }),
      m.letter_refapp_intro({}, { locale }),
      numbered(tasks),
    );
  };

/** The sheet for the Super Admin: where, what to tick and why, and how to take it back. */
export const toSuperAdmin =
  (permissions: Permission[], apiPage: string | null): LetterIn =>
  (locale) => {
    const required = permissions.filter((permission) => permission.required);
    const boxes = (among: Permission[]): string =>
      (['read', 'write'] as const)
        .map((group) => {
          const lines = among
            .filter((permission) => permission.group === group)
            .map(({ label, right }) => `☐ ${label} – ${whyRight(right, locale)}`);
          return [groupName(group, locale), ...lines].join('\n');
        })
        .join('\n\n');
    const page = m.letter_sheet_page({ path: menuPath(API_KEYS) }, { locale });
    const count = required.length;
    const optional = permissions.filter((permission) => !permission.required);
    return letter(
      locale,
      m.letter_sheet_subject({ count }, { locale }),
      m.letter_sheet_intro({}, { locale }),
      numbered([
        apiPage === null ? page : `${page}\n${apiPage}`,
        `${m.letter_sheet_tick({ count }, { locale })}\n\n${boxes(required)}`,
        m.letter_sheet_hand_over({}, { locale }),
        m.letter_sheet_switch({ path: menuPath(WEBHOOKS) }, { locale }),
      ]),
      `${m.letter_sheet_optional({}, { locale })}\n\n${boxes(optional)}`,
      [
        m.letter_sheet_reads({ text: m.welcome_reads_text({}, { locale }) }, { locale }),
        m.letter_sheet_writes({ text: m.welcome_writes_text({}, { locale }) }, { locale }),
        m.letter_sheet_back_out({}, { locale }),
      ].join('\n'),
    );
  };

/** Asks Lever's support for an OAuth client with all that it must have (`lever-api.md §2.3`). */
export const toLever =
  (dataCentre: DataCentre, redirectAddresses: string[], scopes: string[]): LetterIn =>
  (locale) =>
    letter(
      locale,
      m.letter_lever_subject({}, { locale }),
      m.letter_lever_intro({}, { locale }),
      [
        m.letter_lever_name({}, { locale }),
        m.letter_lever_description({}, { locale }),
        m.letter_lever_centre({ centre: dataCentreName(dataCentre) }, { locale }),
      ].join('\n'),
      [m.letter_lever_redirects({}, { locale }), ...redirectAddresses].join('\n'),
      [m.letter_lever_scopes({}, { locale }), scopes.join(' ')].join('\n'),
      m.letter_lever_hand_over({}, { locale }),
    );
