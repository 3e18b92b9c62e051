import '../../src/design/tokens.css';
import '../../src/design/base.css';
import { mount } from 'svelte';
import { Host } from '../../src/backend/backend';
import App from '../../src/shell/App.svelte';
import { scenes } from './scenes';

const name = location.hash.slice(1);
const scene = scenes[name];
const target = document.getElementById('app');
if (target && scene) mount(App, { target, props: { host: new Host(scene()) } });
else document.title = `Scenes: ${Object.keys(scenes).join(' ')}`;
