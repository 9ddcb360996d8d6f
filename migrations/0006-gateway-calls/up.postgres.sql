-- What the calls named, out of the bytes that they were sent with.
UPDATE gateway_calls SET target = substring(request_body FROM 'customer=([^&]*)')
WHERE operation = 'attach_method';
UPDATE gateway_calls SET target = substring(request_body FROM 'price%5D=([^&]*)')
WHERE operation = 'change_plan';
