-- What was a judgement is an adjustment. The table keeps its name, which backups have, too.
update audit set subject_kind = 'adjustment', action = replace(action, 'judgement.', 'adjustment.')
where subject_kind = 'judgement';
