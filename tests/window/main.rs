//! In a real window: the app as it is built, driven as a person would, against a simulated Lever and Refapp.

mod accessible;
mod attention;
mod channels;
mod dashboard;
mod finding_back;
mod foretelling;
mod health;
mod leaving;
mod newcomer_eu;
mod newcomer_us;
mod oauth;
mod observer;
mod planted;
mod prepared;
mod privacy;
mod reports;
mod rights;
mod settings;
mod shell;
mod simulated;
mod steps;
mod strange;
mod support;
mod templates;
mod tray;
mod walls;
