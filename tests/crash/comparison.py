"""Compares the rows of a node with what its clients were told."""
import json

PAGE = 500


def read_all(client, path):
    """All rows of a listing, and the meta of its first page."""
    rows, meta, joint = [], None, '&' if '?' in path else '?'
    while True:
        status, body = client.ask('GET', f'{path}{joint}limit={PAGE}&offset={len(rows)}&sort=id')
        assert status == 200, (status, body)
        meta = meta or body['meta']
        rows += body['data']
        if len(body['data']) < PAGE:
            return rows, meta


def where(condition):
    return 'where=' + ''.join(f'%{byte:02x}' for byte in json.dumps(condition).encode())


def same(row, fields):
    return all(row[name] == value for name, value in fields.items())


def check_journal(journal, rows, problems):
    """Compares the rows with what one client was told; settles the write that had no answer."""
    kind, pending_row, pending_fields = journal.pending or (None, None, None)
    for row, fields in list(journal.rows.items()):
        found = rows.get(row)
        open_write = row == pending_row
        if found is None:
            if fields is not None and not (open_write and kind == 'delete'):
                problems.append(f'row {row} was acknowledged and is lost: {fields}')
            journal.rows[row] = None
        elif fields is None:
            problems.append(f'row {row} was deleted and is back: {found}')
        elif open_write and kind == 'update' and same(found, pending_fields):
            journal.rows[row] = pending_fields
        elif not same(found, fields):
            problems.append(f'row {row} is {found}, acknowledged was {fields}')
    if kind == 'create':
        for row, found in rows.items():
            if found['slug'] == pending_fields['slug']:
                journal.rows[row] = pending_fields
    journal.pending = None
    journal.before, journal.history = dict(journal.rows), []


def rewind(journal, rows, slug_begin):
    """Takes back the last of its writes until they give the rows that are there; how many, or None.

    `slug_begin` tells the rows of this client.
    """
    found = {row: fields for row, fields in rows.items() if fields['slug'].startswith(slug_begin)}
    state = dict(journal.before)

    def differs(row):
        wanted, there = state.get(row), found.get(row)
        return (wanted is None) != (there is None) or (there is not None and not same(there, wanted))

    different = {row for row in {*state, *found} if differs(row)}
    for done in range(len(journal.history) + 1):
        if not different:
            dropped = len(journal.history) - done
            journal.rows, journal.pending = state, None if dropped else journal.pending
            return dropped
        if done < len(journal.history):
            row, fields = journal.history[done]
            state[row] = fields
            different.discard(row)
            if differs(row):
                different.add(row)
    return None if journal.pending is None else 0  # the write without an answer: see check_journal()


def check_indices(client, rows, problems, chooser):
    """Index, unique index and relation against the rows themselves."""
    slugs = [row['slug'] for row in rows.values()]
    if len(slugs) != len(set(slugs)):
        problems.append('two rows hold the same slug')
    for row in chooser.sample(list(rows.values()), min(50, len(rows))):
        found, _ = read_all(client, '/api/data/entity/posts?' + where({'slug': row['slug']}))
        if [entry['id'] for entry in found] != [row['id']]:
            problems.append(f'slug {row["slug"]} leads to {[entry["id"] for entry in found]}')
    for views in chooser.sample(range(100), 10):
        found, meta = read_all(client, '/api/data/entity/posts?' + where({'views': views}))
        expected = sorted(row['id'] for row in rows.values() if row['views'] == views)
        if [entry['id'] for entry in found] != expected or meta['count'] != len(expected):
            problems.append(f'the index of views {views} gives other rows than the table')
    authors, _ = read_all(client, '/api/data/entity/authors')
    for author in authors:
        found, _ = read_all(client, f'/api/data/entity/authors/{author["id"]}/posts')
        expected = sorted(row['id'] for row in rows.values() if row['authors_id'] == author['id'])
        if [entry['id'] for entry in found] != expected:
            problems.append(f'the posts of author {author["id"]} are not those that name it')


def read_posts(client):
    listed, _ = read_all(client, '/api/data/entity/posts')
    return {row['id']: row for row in listed}


def check(client, journals, chooser):
    """Returns how many rows there are, and what is wrong, as texts."""
    listed, meta = read_all(client, '/api/data/entity/posts')
    rows = {row['id']: row for row in listed}
    problems = []
    if meta['total'] != len(listed) or meta['count'] != len(listed):
        problems.append(f'counted {meta}, listed {len(listed)}')
    for journal in journals:
        check_journal(journal, rows, problems)
    known = {row for journal in journals for row in journal.live()}
    if set(rows) - known:
        problems.append(f'rows that nobody wrote: {sorted(set(rows) - known)[:10]}')
    check_indices(client, rows, problems, chooser)
    client.close()
    return len(listed), problems
