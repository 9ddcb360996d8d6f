-- What the calls named, out of the bytes that they were sent with.
UPDATE gateway_calls SET target = substr(request_body, instr(request_body, 'customer=') + 9)
WHERE operation = 'attach_method' AND instr(request_body, 'customer=') > 0;
UPDATE gateway_calls SET target = substr(request_body, instr(request_body, 'price%5D=') + 9)
WHERE operation = 'change_plan' AND instr(request_body, 'price%5D=') > 0;
UPDATE gateway_calls SET target = substr(target, 1, instr(target, '&') - 1)
WHERE target IS NOT NULL AND instr(target, '&') > 0;
