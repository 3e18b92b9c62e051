/** What a dry run says, in the words of the screen. */
import { m } from '@messages';
import type { Idle } from '../backend/types/Idle';
import type { Membership } from '../backend/types/Membership';
import type { Status } from '../backend/types/Status';
import type { TemplateBy } from '../backend/types/TemplateBy';

/** Why nothing happens as things stand. */
export function whyIdle(idle: Idle): string {
  switch (idle.idle) {
    case 'not-running':
      return m.idle_not_running();
    case 'test-delivery':
      return m.idle_test_delivery();
    case 'other-event':
      return m.idle_other_event({ event: idle.event });
    case 'other-stage':
      return m.idle_other_stage({ stage: idle.stage });
    case 'not-genuine':
      return m.idle_not_genuine();
    case 'not-timely':
      return m.idle_not_timely();
    case 'repeated':
      return m.idle_repeated();
    case 'tag-carrier':
      return m.idle_tag_carrier();
    case 'not-in-stage':
      return m.idle_not_in_stage({ stage: idle.stage });
  }
}

/** A check that there is already: whether it still goes on. */
export function goesOn(status: Status): string {
  if (status === 'completed') return m.outcome_completed();
  return status === 'failed' ? m.outcome_failed() : m.outcome_goes_on();
}

const memberships: Record<Membership, () => string> = {
  mover: m.member_mover,
  'posting-owner': m.member_owner,
  'mover-and-posting-owner': m.member_both,
};
export const whyMember = (why: Membership): string => memberships[why]();

/** Which template, and how it was chosen. */
export function templateOf(name: string | null, by: TemplateBy): string {
  const template = name ?? '';
  switch (by) {
    case 'tag':
      return m.template_by_tag({ template });
    case 'former-name':
      return m.template_by_former_name({ template });
    case 'default':
      return m.template_by_default({ template });
    case 'refapp':
      return m.template_of_refapp();
    case 'not-asked':
      return m.template_not_asked();
    case 'without-effect':
      return m.template_without_effect();
  }
}
