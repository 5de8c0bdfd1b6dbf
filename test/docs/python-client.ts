/** Public methods of `CamClient`, `PipelineClient` and `ProxyClient` of the package `cam_server_client`, for which the REST API is a contract. */
export const PYTHON_CLIENT: ReadonlySet<string> = new Set(
  `get_server_info is_instance_running wait_instance_completed get_version stop_all_instances stop_instance delete_instance
  get_config set_config delete_config get_config_names get_camera_groups get_pipeline_groups get_cameras get_camera_aliases
  get_instance_stream is_camera_online get_camera_geometry get_camera_image get_camera_image_bytes get_camera_array
  set_background_image_array set_background_image_bytes get_user_scripts get_user_script set_user_script delete_script
  download_user_script get_pipelines create_instance_from_config create_instance_from_name get_instance_message
  get_instance_stream_from_config get_instance_info get_instance_exit_code get_instance_config set_instance_config
  set_function_script collect_background get_latest_background get_backgrounds get_background_image
  get_background_image_bytes get_background_image_array set_background get_libs get_user_lib set_lib delete_lib
  get_servers_info get_status_info get_instances_info get_permanent_instances set_permanent_instances get_logs
  get_instance_logs get_pipeline_config`.split(/\s+/),
);
