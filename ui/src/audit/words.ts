/** What an audit of the postings found, in the words of the screen. */
import { m } from '@messages';
import type { AuditedOwner } from '../backend/types/AuditedOwner';
import type { Grade } from '../backend/types/Grade';
import type { TemplateBy } from '../backend/types/TemplateBy';
import { templateOf } from '../dryrun/words';
import type { Look } from '../i18n/words';

export const gradeLook: Record<Grade, Look> = {
  stops: { word: m.grade_stops, icon: 'cross', tone: 'danger' },
  warns: { word: m.grade_warns, icon: 'alert', tone: 'warning' },
  fine: { word: m.grade_fine, icon: 'check-circle', tone: 'success' },
};

/** What a person should know of how the template is chosen, if anything. */
export function troubleOfTemplate(name: string | null, by: TemplateBy): string {
  switch (by) {
    case 'refapp':
      return m.template_trouble_refapp();
    case 'former-name':
    case 'without-effect':
      return templateOf(name, by);
    case 'tag':
    case 'default':
    case 'not-asked':
      return '';
  }
}

/** What that means for a check, and what can be done; nothing where there is nothing to do. */
export function whyTemplateWarns(by: TemplateBy): string {
  switch (by) {
    case 'refapp':
      return m.template_why_refapp();
    case 'former-name':
      return m.template_why_former_name();
    case 'without-effect':
      return m.template_why_without_effect();
    case 'tag':
    case 'default':
    case 'not-asked':
      return '';
  }
}

/** What is wrong with the posting's owner, if anything is. */
export function troubleOf(owner: AuditedOwner): string {
  switch (owner.owner) {
    case 'fine':
      return '';
    case 'without-email':
      return m.owner_without_email();
    case 'deactivated':
      return m.owner_deactivated();
    case 'nobody':
      return m.owner_nobody();
    case 'unread':
      return m.owner_unread();
  }
}
