/** Light, dark, or as the system says. */
const KEY = 'theme';

export type Theme = 'system' | 'light' | 'dark';

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

class ThemeChoice {
  #current = $state<Theme>(stored());

  constructor() {
    apply(this.#current);
  }

  get current(): Theme {
    return this.#current;
  }

  set current(theme: Theme) {
    this.#current = theme;
    localStorage.setItem(KEY, theme);
    apply(theme);
  }
}

export const theme = new ThemeChoice();
