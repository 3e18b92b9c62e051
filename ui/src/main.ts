import './design/tokens.css';
import './design/base.css';
import { PRODUCT } from './i18n/lever';

const target = document.getElementById('app');
if (target) target.textContent = PRODUCT;
