//! Every statement is understood by both engines.

use crate::store::engine::{Bulk, Statement};
use crate::store::testing::{On, on_both};
use crate::store::{
    again, attempts, code, confirm, copy, counts, expire, export, first_forms, health, hot_keys,
    journal, known, leases, leave, log, mail_leases, mailboxes, networks, outbox, partners, queue,
    remind, resend, rights, set_back, settle, signers, spent, subscribe, suppressions, tokens,
    waiting,
};

on_both![every_statement_can_be_prepared];

fn statements() -> impl Iterator<Item = &'static Statement> {
    [
        super::super::STATEMENTS,
        again::STATEMENTS,
        code::STATEMENTS,
        remind::STATEMENTS,
        resend::STATEMENTS,
        waiting::STATEMENTS,
        attempts::STATEMENTS,
        copy::STATEMENTS,
        counts::STATEMENTS,
        expire::STATEMENTS,
        export::STATEMENTS,
        health::STATEMENTS,
        hot_keys::STATEMENTS,
        journal::STATEMENTS,
        known::STATEMENTS,
        leases::STATEMENTS,
        leave::STATEMENTS,
        mail_leases::STATEMENTS,
        mailboxes::STATEMENTS,
        outbox::STATEMENTS,
        partners::STATEMENTS,
        rights::STATEMENTS,
        set_back::STATEMENTS,
        signers::STATEMENTS,
        spent::STATEMENTS,
        subscribe::STATEMENTS,
        suppressions::STATEMENTS,
        tokens::STATEMENTS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain(
        copy::TABLES
            .iter()
            .flat_map(|table| [&table.read, &table.any]),
    )
}

fn bulks() -> impl Iterator<Item = &'static Bulk> {
    [
        attempts::BULKS,
        code::BULKS,
        remind::BULKS,
        confirm::BULKS,
        counts::BULKS,
        first_forms::BULKS,
        hot_keys::BULKS,
        log::BULKS,
        mailboxes::BULKS,
        networks::BULKS,
        outbox::BULKS,
        queue::BULKS,
        settle::BULKS,
        signers::BULKS,
        spent::BULKS,
        suppressions::BULKS,
        tokens::BULKS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain([&tokens::FIND_ALL])
    .chain(copy::TABLES.iter().map(|table| &table.write))
}

async fn every_statement_can_be_prepared(on: On) {
    let (store, _home) = on.store().await;
    let mut count = 0;
    for statement in statements() {
        store.reads.prepare(statement).await;
        count += 1;
    }
    for bulk in bulks() {
        store.reads.prepare_bulk(bulk).await;
        count += 1;
    }
    for chain in [&first_forms::FIRST_FORMS] {
        store.reads.prepare_chain(chain).await;
    }
    assert!(count > 50, "{count}");
}
