"""Keeps what no function has read yet of the tables' streams, with the state.

By itself the emulator keeps the functions' positions and forgets the records, so that after a restart a function reads nothing
until as many records are written as there were before.
"""

import copy

from ministack.services import dynamodb, lambda_svc

get_state, load_state = dynamodb.get_state, dynamodb.load_persisted_state


def positions_of(stream_arn):
    """Returns the positions of the functions that read a stream."""
    positions = lambda_svc._dynamodb_stream_positions._data
    return [
        positions[key]
        for key, mapping in lambda_svc._esms._data.items()
        if mapping["EventSourceArn"] == stream_arn and key in positions
    ]


def get_state_with_streams():
    state = get_state()
    records, trimmed = dynamodb._stream_records, dynamodb._stream_trimmed
    unread, begins = type(records)(), type(trimmed)()
    for key, table in dynamodb._tables._data.items():
        written, first = records._data.get(key, []), trimmed._data.get(key, 0)
        begin = max(first, min(positions_of(table.get("LatestStreamArn")), default=first + len(written)))
        unread._data[key], begins._data[key] = copy.deepcopy(written[begin - first :]), begin
    return {**state, "stream_records": unread, "stream_trimmed": begins}


def load_state_with_streams(data):
    load_state(data)
    dynamodb._stream_records.update(data.get("stream_records", {}))
    dynamodb._stream_trimmed.update(data.get("stream_trimmed", {}))


def keep_streams():
    dynamodb.get_state, dynamodb.load_persisted_state = get_state_with_streams, load_state_with_streams
