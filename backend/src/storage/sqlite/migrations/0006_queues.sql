-- A desk has several queues, each with a deadline and a fallback.
UPDATE settings
SET json = json_set(
    json_remove(json, '$.queue_name', '$.queue_deadline_s'),
    '$.queues',
    json_array(json_object(
        'slug', json_extract(json, '$.queue'),
        'name', json_extract(json, '$.queue_name'),
        'deadline_s', json_extract(json, '$.queue_deadline_s')
    ))
)
WHERE key = 'desk' AND json_type(json, '$.queues') IS NULL;
